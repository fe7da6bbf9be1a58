// Judges and makes messages in the form of GM/T 0010 (GB/T 35275) with gmsm. The argument names a file of jobs, one a line,
// fields parted by blanks; for each job one line is printed: "ok" or "FAIL" with the reason, and the job.
//
//	verify MESSAGE CONTENT                    attached: the content must be that of the file
//	verify-detached MESSAGE CONTENT
//	sign CERTIFICATE KEY CONTENT MESSAGE attached|detached|bare     bare: attached without signed attributes
//	encrypt CERTIFICATE CONTENT MESSAGE
//	decrypt MESSAGE CERTIFICATE KEY CONTENT
//
// Certificates and keys (PKCS#8) are DER.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/emmansun/gmsm/pkcs"
	"github.com/emmansun/gmsm/pkcs7"
	"github.com/emmansun/gmsm/smx509"
)

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func read(file string) []byte { return must(os.ReadFile(file)) }

func write(file string, octets []byte) {
	if err := os.WriteFile(file, octets, 0o600); err != nil {
		panic(err)
	}
}

func certificate(file string) *smx509.Certificate { return must(smx509.ParseCertificate(read(file))) }
func key(file string) any                         { return must(smx509.ParsePKCS8PrivateKey(read(file))) }

func require(holds bool, why string) {
	if !holds {
		panic(errors.New(why))
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func sign(job []string) {
	message := must(pkcs7.NewSMSignedData(read(job[3])))
	if job[5] == "bare" {
		check(message.SignWithoutAttr(certificate(job[1]), key(job[2]), pkcs7.SignerInfoConfig{}))
	} else {
		check(message.AddSigner(certificate(job[1]), key(job[2]), pkcs7.SignerInfoConfig{}))
	}
	if job[5] == "detached" {
		message.Detach()
	}
	write(job[4], must(message.Finish()))
}

func run(job []string) {
	switch job[0] {
	case "verify":
		message := must(pkcs7.Parse(read(job[1])))
		require(bytes.Equal(message.Content, read(job[2])), "other content")
		check(message.Verify())
	case "verify-detached":
		message := must(pkcs7.Parse(read(job[1])))
		require(len(message.Content) == 0, "content inside")
		message.Content = read(job[2])
		check(message.Verify())
	case "sign":
		sign(job)
	case "encrypt":
		write(job[3], must(pkcs7.EncryptSM(pkcs.SM4CBC, read(job[2]), []*smx509.Certificate{certificate(job[1])})))
	case "decrypt":
		message := must(pkcs7.Parse(read(job[1])))
		require(bytes.Equal(must(message.Decrypt(certificate(job[2]), key(job[3]))), read(job[4])), "other content")
	default:
		panic(errors.New("no such job"))
	}
}

func report(line string) {
	defer func() {
		if why := recover(); why != nil {
			fmt.Printf("FAIL (%v) %s\n", why, line)
		} else {
			fmt.Printf("ok %s\n", line)
		}
	}()
	run(strings.Fields(line))
}

func main() {
	for _, line := range strings.Split(strings.TrimSpace(string(read(os.Args[1]))), "\n") {
		report(line)
	}
}
