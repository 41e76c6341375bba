package weights

import (
	"bytes"
	"compress/gzip"
	_ "embed" // the data files below
	"encoding/json"
)

//go:embed data/manifest.json.gz
var manifestFile []byte

//go:embed data/var_ema_exponents.json.gz
var exponentsFile []byte

//go:embed data/tracks.json.gz
var tracksFile []byte

// decode unpacks one of the embedded files. It panics if the file does not decode, which only a broken build can cause.
func decode[T any](name string, file []byte) T {
	var value T
	reader, err := gzip.NewReader(bytes.NewReader(file))
	if err == nil {
		err = json.NewDecoder(reader).Decode(&value)
	}
	if err != nil {
		panic("weights: embedded " + name + ": " + err.Error())
	}
	return value
}
