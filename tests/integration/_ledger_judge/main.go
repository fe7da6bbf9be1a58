// An independent judge of checkpoints: Go's own signed notes and transparency logs (golang.org/x/mod/sumdb).
//
//	judge open NOTE LOGKEY                  the log's signature
//	judge cosigned NOTE WITNESSKEY          a co-signature (C2SP tlog-cosignature), by the rules of the specification
//	judge grows REQUEST OLD                 the consistency proof of a request between two checkpoints (C2SP tlog-witness)
//	judge sign NOTE NAME SEED TIME          countersigns as somebody else's witness: prints its key, then the line
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// cosigner is the signature type 0x04 as a verifier and a signer of Go's notes.
type cosigner struct {
	name string
	key  ed25519.PublicKey
	seed ed25519.PrivateKey
	time uint64
}

func (c cosigner) Name() string { return c.name }
func (c cosigner) KeyHash() uint32 {
	sum := sha256.Sum256(append([]byte(c.name+"\n\x04"), c.key...))
	return binary.BigEndian.Uint32(sum[:4])
}
func message(time uint64, msg []byte) []byte {
	return append([]byte("cosignature/v1\ntime "+strconv.FormatUint(time, 10)+"\n"), msg...)
}
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	return ed25519.Verify(c.key, message(binary.BigEndian.Uint64(sig), msg), sig[8:])
}
func (c cosigner) Sign(msg []byte) ([]byte, error) {
	sig := binary.BigEndian.AppendUint64(nil, c.time)
	return append(sig, ed25519.Sign(c.seed, message(c.time, msg))...), nil
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func read(name string) string { return string(must(os.ReadFile(name))) }

func tree(text string) tlog.Tree {
	lines := strings.Split(text, "\n")
	hash := must(tlog.ParseHash(lines[2]))
	return tlog.Tree{N: must(strconv.ParseInt(lines[1], 10, 64)), Hash: hash}
}

func witness(key string) cosigner {
	parts := strings.SplitN(key, "+", 3)
	raw := must(base64.StdEncoding.DecodeString(parts[2]))
	w := cosigner{name: parts[0], key: raw[1:]}
	if raw[0] != 4 || fmt.Sprintf("%08x", w.KeyHash()) != parts[1] {
		must(0, fmt.Errorf("not a witness key: %s", key))
	}
	return w
}

func grows(request, old string) {
	head, checkpoint, _ := strings.Cut(request, "\n\n")
	lines := strings.Split(head, "\n")
	var proof tlog.TreeProof
	for _, line := range lines[1:] {
		proof = append(proof, must(tlog.ParseHash(line)))
	}
	older, newer := tree(old), tree(checkpoint)
	if lines[0] != fmt.Sprintf("old %d", older.N) {
		must(0, fmt.Errorf("%s is not the size %d", lines[0], older.N))
	}
	must(0, tlog.CheckTree(proof, newer.N, newer.Hash, older.N, older.Hash))
}

func main() {
	args := os.Args[1:]
	switch args[0] {
	case "open":
		verifier := must(note.NewVerifier(args[2]))
		fmt.Print(must(note.Open([]byte(read(args[1])), note.VerifierList(verifier))).Text)
	case "cosigned":
		opened := must(note.Open([]byte(read(args[1])), note.VerifierList(witness(args[2]))))
		fmt.Println(opened.Sigs[0].Name)
	case "grows":
		grows(read(args[1]), read(args[2]))
	case "sign":
		seed := ed25519.NewKeyFromSeed(must(hex.DecodeString(args[3])))
		w := cosigner{args[2], seed.Public().(ed25519.PublicKey), seed, must(strconv.ParseUint(args[4], 10, 64))}
		text := read(args[1])
		text = text[:strings.LastIndex(text, "\n\n")+1]
		signed := string(must(note.Sign(&note.Note{Text: text}, w)))
		fmt.Printf("%s+%08x+%s\n", w.name, w.KeyHash(), base64.StdEncoding.EncodeToString(append([]byte{4}, w.key...)))
		fmt.Print(signed[len(text)+1:])
	default:
		must(0, fmt.Errorf("unknown: %s", args[0]))
	}
}
