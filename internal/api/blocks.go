package api

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"keruen/internal/content/block"
)

// LetterDoc is the document of a letter of blocks, as the editor wrote it: a BlockDocument. It is kept byte for byte and read by
// package block, which names the block of everything that is wrong; so drafts and blocks of a newer program are not refused here.
type LetterDoc json.RawMessage

// Schema tells that it is an object; the shape is BlockDocument.
func (LetterDoc) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Description: "A BlockDocument: then html and text are made from it. Blocks of an unknown type are kept and left out of the letter."}
}

// UnmarshalJSON keeps the text.
func (d *LetterDoc) UnmarshalJSON(text []byte) error {
	return (*json.RawMessage)(d).UnmarshalJSON(text)
}

// MarshalJSON gives it back.
func (d LetterDoc) MarshalJSON() ([]byte, error) { return json.RawMessage(d).MarshalJSON() }

// declareBlocks adds the shape of block documents to the components, so that the cabinet has types of them.
func declareBlocks(components huma.Registry) {
	const prefix = "#/components/schemas/"
	shapes := huma.NewMapRegistry(prefix, func(t reflect.Type, _ string) string {
		if t == reflect.TypeFor[block.Doc]() {
			return "BlockDocument"
		}
		return "Block" + t.Name()
	})
	one := &huma.Schema{Description: "A part of a column.", Discriminator: &huma.Discriminator{PropertyName: "type", Mapping: map[string]string{}}}
	for _, kind := range slices.Sorted(maps.Keys(block.Kinds)) {
		t := reflect.TypeOf(block.Kinds[kind]()).Elem()
		shapes.Schema(t, true, "")
		own := shapes.Map()["Block"+t.Name()]
		show := shapes.Schema(reflect.TypeFor[block.Show](), true, "")
		pad := shapes.Schema(reflect.TypeFor[block.Pad](), true, "")
		own.Properties["id"] = &huma.Schema{Type: huma.TypeString}
		own.Properties["type"] = &huma.Schema{Type: huma.TypeString, Enum: []any{kind}}
		own.Properties["pad"], own.Properties["show"] = pad, show
		own.Required = append([]string{"id", "type"}, own.Required...)
		one.OneOf = append(one.OneOf, &huma.Schema{Ref: prefix + "Block" + t.Name()})
		one.Discriminator.Mapping[kind] = prefix + "Block" + t.Name()
	}
	shapes.Schema(reflect.TypeFor[block.Doc](), true, "")
	column := shapes.Map()["BlockCol"]
	column.Properties["blocks"].Items = &huma.Schema{Ref: prefix + "BlockBlock"}
	shapes.Map()["BlockBlock"] = one
	shapes.Map()["BlockShow"].Properties["when"] = &huma.Schema{Ref: prefix + "Condition"}
	maps.Copy(components.Map(), shapes.Map())
}
