package delivery

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// MSG-11
func TestTheDeviceAndTheProgramAreToldFromTheNameOfTheProgram(t *testing.T) {
	t.Parallel()
	type want struct {
		device  Device
		program string
	}
	for agent, w := range map[string]want{
		"Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)":                                               {HiddenDevice, "gmail"},
		"YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html":                                                                {HiddenDevice, "yahoo"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148":                           {Phone, "apple_mail"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1": {Phone, "safari"},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)":                                                {Desktop, "apple_mail"},
		"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0 Mobile/15E148 Safari/604.1":           {Tablet, "chrome"},
		"Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36":  {Phone, "samsung_browser"},
		"Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36":                          {Tablet, "chrome"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 YaBrowser/24.6 Safari/537.36":              {Desktop, "yandex_browser"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0":               {Desktop, "edge"},
		"Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17726; Pro)":                                                              {Desktop, "outlook"},
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.0":                                                              {Desktop, "thunderbird"},
		"":                 {OtherDevice, "other"},
		"SomethingNew/1.0": {OtherDevice, "other"},
	} {
		device, program := readOn(agent)
		require.Equal(t, w, want{device, program}, agent)
		require.Contains(t, Programs(), program)
	}
}
