package sight

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const a = `<a href="` + leave + `">Отписаться</a>`

func body(s string) string {
	if strings.Contains(s, "<body") {
		return s
	}
	return `<!doctype html><html><head><meta charset="utf-8"></head><body><p>Здравствуйте! Новости недели.</p>` + s + `</body></html>`
}

// AUD-2
func TestTricksThatHideALinkAreSeenThrough(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		`<p style="display:none;display:bogus">` + a:                      "display",
		`<p style="visibility:hidden;visibility:shown">` + a:              "visibility",
		`<p style="clip-path:inset(100%);clip-path:nonsense">` + a:        "clip",
		`<p style="transform:scale(0);transform:wobble(3)">` + a:          "size",
		`<p style="opacity:calc(1 - 0.95)">` + a:                          "opacity",
		`<p style="opacity:1e-3">` + a:                                    "opacity",
		`<p style="line-height:0;overflow:hidden">` + a:                   "size",
		`<p style="transform:skewX(90deg)">` + a:                          "size",
		`<p style="transform:rotate3d(0,1,0,90deg)">` + a:                 "size",
		`<p style="transform:matrix(1,0,0,1,-2000,0)">` + a:               "off_screen",
		`<table height="5000"><tr><td valign="bottom" height="5000">` + a: "far_below",
		`<p style="margin-top:400vh">` + a:                                "far_below",
		`<div style="display:-webkit-box;-webkit-line-clamp:1;-webkit-box-orient:vertical;overflow:hidden">Лавка<br>Алматы<br><br>` + a: "size",
		`<marquee>` + a + `</marquee>`:                                     "off_screen",
		`<video src="https://x.kz/v.mp4">` + a + `</video>`:                "display",
		`<audio>` + a + `</audio>`:                                         "display",
		`<div class="gmail_quote">` + a + `</div>`:                         "quoted",
		`<blockquote type="cite">` + a + `</blockquote>`:                   "quoted",
		`<body link="#ffffff" bgcolor="#ffffff"><p>Новости недели</p>` + a: "colour",
		`<p style="color:color-mix(in srgb, white 97%, black)"><a style="color:inherit" href="` + leave + `">Отписаться</a>`:                   "colour",
		`<a style="background:currentColor" href="` + leave + `">Отписаться</a>`:                                                               "colour",
		`<a style="color:#333;background:#333" href="` + leave + `">Отписаться</a>`:                                                            "colour",
		`<a style="color:oklch(1 0 0)" href="` + leave + `">Отписаться</a>`:                                                                    "colour",
		`<p style="margin:0;line-height:20px">` + a + `</p><div style="outline:60px solid #fff;height:10px">&nbsp;</div>`:                      "covered",
		`<p style="margin:0;line-height:20px">` + a + `</p><div style="position:relative;margin-top:-40px;border-top:60px solid #fff">x</div>`: "covered",
		`<div style="position:relative;height:100px;overflow:hidden"><div style="position:absolute;top:200px">` + a + `</div></div>`:           "size",
		`<div style="float:right;margin-right:-9999px">` + a + `</div>`:                                                                        "off_screen",
		`<p style="font-size:max(1px,2px)">` + a:                                                                                               "font_size",
		`<p><small><small><small><small>` + a:                                                                                                  "font_size",
		`<style>p a:link { visibility: hidden }</style><p>` + a:                                                                                "visibility",
		`<style>@media not all and (monochrome) { p a { display:none } }</style><p>` + a:                                                       "display",
		`<style>@media (orientation:portrait) { p a { display:none } }</style><p>` + a:                                                         "display",
		`<style>@media only screen and (min-device-width:375px) and (max-device-width:413px) { p a { display:none } }</style><p>` + a:          "display",
		`<style>@media (max-height:700px) { p a { display:none } }</style><p>` + a:                                                             "display",
		`<style>p{--x: none} a{display:var(--y, var(--x))}</style><p>` + a:                                                                     "display",
		`<style>a{all:unset;display:none}</style><p>` + a:                                                                                      "display",
		`<style>:where(a){display:none}</style><p>` + a:                                                                                        "display",
		`<style>html>/**/body a{display:none}</style><p>` + a:                                                                                  "display",
		`<style>p ~ p a { display:none }</style><p>x</p><p>` + a:                                                                               "display",
		`<style>@media screen{@media (min-width:1px){a{display:none}}}</style><p>` + a:                                                         "display",
		`<style><!-- a{display:none} --></style><p>` + a:                                                                                       "display",
		`<style>a:hover{display:none}</style><p>` + a:                                                                                          "display",
		`<p inert>` + a: "not_clickable",
		`<p>Хотите подарок? Жмите <a href="` + leave + `">сюда</a>. Чтобы отписаться, напишите нам.</p>`: "misleading",
		`<p><a href="` + leave + `">Политика конфиденциальности</a></p>`:                                 "misleading",
		`<p><a href="` + leave + `">www.shop.kz</a></p>`:                                                 "misleading",
		`<p><a href="` + leave + `">Толығырақ</a></p>`:                                                   "misleading",
		`<p><a href="` + leave + `">→</a></p>`:                                                           "no_text",
		`<p><a href="` + leave + `">Keep me subscribed</a></p>`:                                          "says_stay",
		`<p><a href="` + leave + `">Жазылып қалу</a></p>`:                                                "says_stay",
		`<p>Для отписки приезжайте в офис с паспортом.</p><p>` + a:                                       "hurdle",
		`<p>Вы не можете отписаться от этой рассылки.</p><p>` + a:                                        "hurdle",
		`<p>Бас тарту үшін қоңырау шалыңыз: бас тарту телефон арқылы.</p><p>` + a:                        "hurdle",
		`<p>You cannot unsubscribe from this list.</p><p>` + a:                                           "hurdle",
		`<p>Opting out is not possible.</p><p>` + a:                                                      "hurdle",
	} {
		found := Judge(body(src), leave)
		if !hidden(found) || found[0].Reason != want {
			t.Errorf("%s: %v, want %s", src, found, want)
		}
	}
}

// AUD-2
func TestOrdinaryLinksAreNotTakenForTricks(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		`<p style="display:none;display:block">` + a,
		`<p style="display:block;display:bogus">` + a,
		`<p style="visibility:hidden"><span style="visibility:visible">` + a,
		`<p><font size="-1">` + a + `</font> <font size="2">x</font>`,
		`<p style="opacity:1;filter:none;transform:none;clip-path:none;mask:none;mix-blend-mode:normal">` + a,
		`<table height="120"><tr><td valign="bottom" height="120">` + a,
		`<div style="display:-webkit-box;-webkit-line-clamp:3;overflow:hidden">` + a,
		`<p style="border:1px solid #ccc;outline:2px solid red;box-shadow:0 2px 8px rgba(0,0,0,.2)">` + a,
		`<p><a href="` + leave + `">Отказаться</a> <a href="https://x.kz">Помощь</a>`,
		`<p><a href="` + leave + `">Unsub</a>`,
		`<p><a href="` + leave + `">Turn off these emails</a>`,
		`<p><a href="` + leave + `">Не интересно</a>`,
		`<p><a href="` + leave + `">Хабарламаларды алғым келмейді</a>`,
		`<p><a href="` + leave + `">О т п и с а т ь с я</a>`,
		`<p><a href="` + leave + `">От&shy;пи&shy;сать&shy;ся</a>`,
		`<p>Не хотите получать письма? <a href="` + leave + `">Нажмите здесь</a></p>`,
		`<p>Не хотите получать письма?</p><p><a href="` + leave + `">Нажмите здесь</a></p>`,
		`<p>Отписаться можно бесплатно в любой момент.</p><p>` + a,
		`<p>Доставка платная: 500 тенге. Позвоните нам!</p><p>` + a,
		`<p>You can unsubscribe at any time at no cost.</p><p>` + a,
		`<p>Бас тарту тегін.</p><p>` + a,
		`<p>Если вы не можете отписаться по ссылке, позвоните нам.</p><p>` + a,
		`<p>If you cannot unsubscribe by the link, call us.</p><p>` + a,
		`<p><a href="` + leave + `">Отписаться или остаться? Решать вам</a>`,
		`<p><a href="` + leave + `">Update your profile</a>`,
		`<p><a href="` + leave + `">Изменить частоту писем</a>`,
		`<style>a:hover{color:#fff} a:visited{color:#fff} a:focus{outline:0}</style><p>` + a,
		`<style>@media print{a{display:none}} @font-face{font-family:x;src:url(x)} @page{margin:0}</style><p>` + a,
		`<style>a::-webkit-x{display:none} a:unknown-thing{display:none} .x, :bad({display:none}</style><p>` + a,
		`<style>.ExternalClass a{color:inherit} #outlook a{padding:0}</style><p>` + a,
		`<style>.tip{position:absolute;left:-9999px}</style><span class="tip">x</span><p>` + a,
		`<details open><summary>x</summary>` + a + `</details>`,
		`<details><summary>` + a + `</summary></details>`,
		`<p style="position:relative"><span style="position:absolute;top:-20px;right:0;background:#fff">•</span>` + a,
		`<div style="height:24px;overflow:hidden">` + a + `</div>`,
		`<body link="#ffcc00" bgcolor="#003366" text="#ffffff"><p>Новости</p>` + a,
		`<div class="gmail_quote">` + a + `</div><p>` + a,
	} {
		if found := Judge(body(src), leave); hidden(found) {
			t.Errorf("%s: %v", src, found)
		}
	}
}

// AUD-2
func TestAPageMadeToWearTheJudgeOutIsRefused(t *testing.T) {
	t.Parallel()
	for name, src := range map[string]string{
		"many elements":  strings.Repeat("<i>x</i>", maxElements+1) + a,
		"deep":           strings.Repeat("<div>", 600) + a,
		"long selectors": "<style>" + strings.Repeat("b ", maxSelector) + "{c:d}</style>" + a,
		"nested rules":   "<style>" + strings.Repeat("a, b, & & & {", 30) + "x:y" + strings.Repeat("}", 30) + "</style>" + a,
		"backtracking":   "<style>" + strings.Repeat(".q div div div div div i{color:red}", 200) + "</style>" + strings.Repeat("<div>", 300) + strings.Repeat("<i>x</i>", 2000) + a,
	} {
		found := Judge(body(src), leave)
		require.NotEmpty(t, found, name)
		require.Equal(t, "too_complex", found[0].Reason, name)
	}
}

// AUD-2
func TestADecoyBesideAnHonestLinkIsOnlyWarnedOf(t *testing.T) {
	t.Parallel()
	found := Judge(body(`<p style="display:none">`+a+`</p><p>`+a+`</p>`), leave)
	require.Len(t, found, 1)
	require.Equal(t, Decoy, found[0].Kind)
	require.Equal(t, "display", found[0].Reason)
}

// AUD-2
func TestAFindingNamesTheElementTheRuleAndTheView(t *testing.T) {
	t.Parallel()
	found := Judge(body(`<style>@media (max-width:480px){ .foot p { display:none } }</style><div class="foot" `+Mark+`="7"><p id="x" `+Mark+`="21"><a `+Mark+`="42" href="`+leave+`">Отписаться</a></p></div>`), leave)
	require.Equal(t, []Finding{{Kind: Hidden, Reason: "display", Place: 42, Element: "p#x", Rule: ".foot p", View: "phone", Quote: "Отписаться"}}, found)
}
