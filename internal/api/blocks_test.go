package api

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"keruen/internal/content/block"
)

// MSG-1: the cabinet's types of blocks come from the program's.
func TestEveryKindOfBlockHasAShapeOfItsOwnInTheDocument(t *testing.T) {
	t.Parallel()
	text, err := OpenAPI()
	require.NoError(t, err)
	var doc struct {
		Components struct {
			Schemas map[string]struct {
				OneOf         []map[string]string
				Discriminator struct {
					PropertyName string
					Mapping      map[string]string
				}
				Properties map[string]struct{ Enum []any }
			}
		}
	}
	require.NoError(t, json.Unmarshal(text, &doc))
	one := doc.Components.Schemas["BlockBlock"]
	require.Equal(t, "type", one.Discriminator.PropertyName)
	require.Len(t, one.OneOf, len(block.Kinds))
	for kind := range block.Kinds {
		const prefix = "#/components/schemas/"
		own := doc.Components.Schemas[one.Discriminator.Mapping[kind][len(prefix):]]
		require.Equal(t, []any{kind}, own.Properties["type"].Enum, kind)
		require.Contains(t, own.Properties, "show", kind)
	}
}
