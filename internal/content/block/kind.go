package block

// Body is what a block has by its type.
type Body interface{ body() }

// Kinds makes an empty body for every type of block that is known.
var Kinds = map[string]func() Body{
	"heading": func() Body { return &Heading{} }, "text": func() Body { return &Text{} }, "image": func() Body { return &Image{} },
	"button": func() Body { return &Button{} }, "divider": func() Body { return &Divider{} }, "spacer": func() Body { return &Spacer{} },
	"social": func() Body { return &Social{} }, "menu": func() Body { return &Menu{} }, "product": func() Body { return &Product{} },
	"countdown": func() Body { return &Countdown{} }, "video": func() Body { return &Video{} }, "coupon": func() Body { return &Coupon{} },
	"html": func() Body { return &HTML{} }, "footer": func() Body { return &Footer{} },
}

// Heading is a line of large text.
type Heading struct {
	Level int    `json:"level" minimum:"1" maximum:"3"`
	Text  Texts  `json:"text"`
	Align string `json:"align,omitempty" enum:"left,center,right"`
	Color Color  `json:"color,omitempty"`
}

// Text is paragraphs and lists.
type Text struct {
	Text  Texts  `json:"text"`
	Align string `json:"align,omitempty" enum:"left,center,right"`
	Color Color  `json:"color,omitempty"`
	Size  int    `json:"size,omitempty" minimum:"10" maximum:"60"`
}

// Image is a picture. Without a width it takes the whole column.
type Image struct {
	Src     string `json:"src" maxLength:"2000" doc:"https address; of the media library or of another site."`
	Alt     Words  `json:"alt"`
	Width   int    `json:"width,omitempty" minimum:"1" maximum:"2000"`
	Height  int    `json:"height,omitempty" minimum:"1" maximum:"10000"`
	Link    string `json:"link,omitempty" maxLength:"2000"`
	Align   string `json:"align,omitempty" enum:"left,center,right"`
	DarkSrc string `json:"dark_src,omitempty" maxLength:"2000" doc:"Shown instead in the dark scheme."`
}

// Button is a link that looks like one.
type Button struct {
	Text   Texts  `json:"text"`
	Link   string `json:"link" maxLength:"2000"`
	Bg     Color  `json:"bg,omitempty"`
	Color  Color  `json:"color,omitempty"`
	Radius *int   `json:"radius,omitempty" minimum:"0" maximum:"60"`
	Align  string `json:"align,omitempty" enum:"left,center,right"`
	Full   bool   `json:"full,omitempty" doc:"As wide as the column."`
}

// Divider is a line.
type Divider struct {
	Color     Color `json:"color,omitempty"`
	Thickness int   `json:"thickness,omitempty" minimum:"1" maximum:"20"`
}

// Spacer is empty height.
type Spacer struct {
	Height int `json:"height" minimum:"1" maximum:"400"`
}

// Social is links to networks.
type Social struct {
	Items []SocialItem `json:"items" maxItems:"12"`
	Align string       `json:"align,omitempty" enum:"left,center,right"`
}

// SocialItem is one network.
type SocialItem struct {
	Network string `json:"network" enum:"instagram,telegram,whatsapp,youtube,tiktok,facebook,vk,x,linkedin,threads,site,email"`
	Link    string `json:"link" maxLength:"2000"`
}

// Menu is links in a line.
type Menu struct {
	Items []MenuItem `json:"items" maxItems:"12"`
	Align string     `json:"align,omitempty" enum:"left,center,right"`
}

// MenuItem is one link.
type MenuItem struct {
	Text Words  `json:"text"`
	Link string `json:"link" maxLength:"2000"`
}

// Product is a card: picture, name, words, price, button.
type Product struct {
	Src      string `json:"src" maxLength:"2000"`
	Alt      Words  `json:"alt"`
	Title    Words  `json:"title"`
	Text     Words  `json:"text"`
	Price    string `json:"price" maxLength:"60"`
	OldPrice string `json:"old_price,omitempty" maxLength:"60"`
	Button   Words  `json:"button"`
	Link     string `json:"link" maxLength:"2000"`
}

// Countdown is a moment until which something lasts, written in words: true whenever the letter is read.
type Countdown struct {
	Until string `json:"until" format:"date-time"`
	Zone  string `json:"zone,omitempty" maxLength:"60" doc:"Name of a time zone, in which the moment is written in words; Asia/Almaty when absent."`
	Color Color  `json:"color,omitempty"`
	Bg    Color  `json:"bg,omitempty"`
	Link  string `json:"link,omitempty" maxLength:"2000"`
	Align string `json:"align,omitempty" enum:"left,center,right"`
}

// Video is a picture that leads to a film.
type Video struct {
	Src  string `json:"src" maxLength:"2000"`
	Alt  Words  `json:"alt"`
	Link string `json:"link" maxLength:"2000"`
}

// Coupon is a code in a frame.
type Coupon struct {
	Code string `json:"code" maxLength:"200"`
	Text Texts  `json:"text"`
}

// HTML is the author's own; what cannot be in a letter is taken out.
type HTML struct {
	HTML Words `json:"html"`
}

// Footer is small text, and the way out when the text does not have one itself.
type Footer struct {
	Text  Texts  `json:"text"`
	Align string `json:"align,omitempty" enum:"left,center,right"`
}

// Unknown is a block of a type that this program does not know.
type Unknown struct{}

func (*Heading) body()   {}
func (*Text) body()      {}
func (*Image) body()     {}
func (*Button) body()    {}
func (*Divider) body()   {}
func (*Spacer) body()    {}
func (*Social) body()    {}
func (*Menu) body()      {}
func (*Product) body()   {}
func (*Countdown) body() {}
func (*Video) body()     {}
func (*Coupon) body()    {}
func (*HTML) body()      {}
func (*Footer) body()    {}
func (*Unknown) body()   {}
