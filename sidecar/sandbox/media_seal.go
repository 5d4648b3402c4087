package sandbox

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
)

// How attachments are sealed. Rests on whatsmeow's upload.go, download.go and
// mediaretry.go: a key of the message gives an iv and two keys by HKDF, its info
// naming the kind; AES-CBC, then the first ten bytes of an HMAC.

const macSize = 10

var errSealed = errors.New("the attachment cannot be read")

type mediaKeys struct{ iv, cipher, mac []byte }

func keysOf(key []byte, info string) (mediaKeys, error) {
	all, err := hkdf.Key(sha256.New, key, nil, info, 112)
	if err != nil {
		return mediaKeys{}, err
	}
	return mediaKeys{all[:16], all[16:48], all[48:80]}, nil
}

func (k mediaKeys) sum(sealed []byte) []byte {
	h := hmac.New(sha256.New, k.mac)
	h.Write(k.iv)
	h.Write(sealed)
	return h.Sum(nil)[:macSize]
}

// sealMedia gives what is uploaded of a file.
func sealMedia(key []byte, info string, plain []byte) ([]byte, error) {
	k, err := keysOf(key, info)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(k.cipher)
	if err != nil {
		return nil, err
	}
	fill := aes.BlockSize - len(plain)%aes.BlockSize
	sealed := make([]byte, len(plain)+fill, len(plain)+fill+macSize)
	copy(sealed, plain)
	for i := len(plain); i < len(sealed); i++ {
		sealed[i] = byte(fill)
	}
	cipher.NewCBCEncrypter(block, k.iv).CryptBlocks(sealed, sealed)
	return append(sealed, k.sum(sealed)...), nil
}

// openMedia reads what was uploaded.
func openMedia(key []byte, info string, body []byte) ([]byte, error) {
	k, err := keysOf(key, info)
	if err != nil {
		return nil, err
	}
	if len(body) < aes.BlockSize+macSize || (len(body)-macSize)%aes.BlockSize != 0 {
		return nil, errSealed
	}
	sealed, mac := body[:len(body)-macSize], body[len(body)-macSize:]
	if !hmac.Equal(mac, k.sum(sealed)) {
		return nil, errSealed
	}
	block, err := aes.NewCipher(k.cipher)
	if err != nil {
		return nil, err
	}
	plain := make([]byte, len(sealed))
	cipher.NewCBCDecrypter(block, k.iv).CryptBlocks(plain, sealed)
	fill := int(plain[len(plain)-1])
	if fill == 0 || fill > aes.BlockSize {
		return nil, errSealed
	}
	return plain[:len(plain)-fill], nil
}

// retrySeal seals a request to upload again, or its answer.
func retrySeal(key []byte) (cipher.AEAD, error) {
	own, err := hkdf.Key(sha256.New, key, nil, "WhatsApp Media Retry Notification", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(own)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
