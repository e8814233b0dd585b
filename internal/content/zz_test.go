package content_test
import ("testing";"encoding/json";"os";"fmt";"keruen/internal/content")
func TestZZ(t *testing.T){
 b,_ := os.ReadFile("/tmp/corpus/mut.json"); m := map[string]string{}; json.Unmarshal(b,&m)
 out := map[string]string{}
 for k,v := range m { c, pr := content.Compile(letter(v), advertising); if c==nil { for _,p := range pr { if p.Severity==content.Error { out[k]+=fmt.Sprint(p.Code,p.Params) } } } else {out[k]=""} }
 b,_ = json.Marshal(out); os.WriteFile("/tmp/corpus/mut_go.json", b, 0644)
}
