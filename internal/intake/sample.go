package intake

import (
	"io"

	"keruen/internal/intake/sheet"
	"keruen/internal/lang"
)

// sampleRows are the headings and two contacts of the sample file. The headings are among those that are recognised.
var sampleRows = map[lang.Lang][][]string{
	lang.Russian: {
		{"Электронная почта", "Телефон", "Имя", "Фамилия", "Язык", "Теги", "Дата рождения", "Город"},
		{"aigerim@example.kz", "+7 701 123 45 67", "Айгерим", "Сейтова", "русский", "постоянный клиент; Алматы", "31.03.1990", "Алматы"},
		{"ivan@example.kz", "8 702 765 43 21", "Иван", "Ли", "русский", "", "05.11.1985", "Астана"},
	},
	lang.Kazakh: {
		{"Электрондық пошта", "Телефон нөмірі", "Аты", "Тегі", "Тіл", "Белгілер", "Туған күні", "Қала"},
		{"aigerim@example.kz", "+7 701 123 45 67", "Айгерім", "Сейтова", "қазақша", "тұрақты клиент; Алматы", "31.03.1990", "Алматы"},
		{"ivan@example.kz", "8 702 765 43 21", "Иван", "Ли", "орысша", "", "05.11.1985", "Астана"},
	},
	lang.English: {
		{"E-mail", "Phone", "First name", "Last name", "Language", "Tags", "Birthday", "City"},
		{"aigerim@example.kz", "+7 701 123 45 67", "Aigerim", "Seitova", "russian", "regular customer; Almaty", "1990-03-31", "Almaty"},
		{"ivan@example.kz", "8 702 765 43 21", "Ivan", "Li", "english", "", "1985-11-05", "Astana"},
	},
}

// WriteSample writes a sample file to be filled in, as a workbook in one of the three languages.
func WriteSample(out io.Writer, l lang.Lang) error {
	rows, ok := sampleRows[l]
	if !ok {
		rows = sampleRows[lang.Russian]
	}
	w := sheet.WriteXLSX(out, rows[0][0])
	for _, r := range rows {
		if err := w.Write(sheet.Texts(r...)); err != nil {
			return err
		}
	}
	return w.Close()
}
