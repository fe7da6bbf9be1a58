module gmsm

go 1.18

require github.com/emmansun/gmsm v0.29.6

require (
	golang.org/x/crypto v0.30.0 // indirect
	golang.org/x/sys v0.28.0 // indirect
)
