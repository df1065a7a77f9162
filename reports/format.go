package reports

import (
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"
)

// thousands writes 12345 as 12,345.
func thousands(n int) string {
	s := strconv.Itoa(n)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// seconds writes a duration as people read it: 480 ms, 12.4 s, 2 min 5 s, 1 h 12 min.
func seconds(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + seconds(-d)
	case d < time.Millisecond:
		return strconv.FormatFloat(float64(d)/1e6, 'f', 1, 64) + " ms"
	case d < time.Second:
		return strconv.FormatInt(d.Round(time.Millisecond).Milliseconds(), 10) + " ms"
	case d < 2*time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	case d < 2*time.Hour:
		d = d.Round(time.Second)
		return strconv.Itoa(int(d/time.Minute)) + " min " + strconv.Itoa(int(d%time.Minute/time.Second)) + " s"
	}
	d = d.Round(time.Minute)
	return strconv.Itoa(int(d/time.Hour)) + " h " + strconv.Itoa(int(d%time.Hour/time.Minute)) + " min"
}

// clock writes a time on the run's clock: seconds with three decimals.
func clock(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) + " s"
}

// rate writes operations per second.
func rate(perSecond float64) string {
	if perSecond < 10 {
		return strconv.FormatFloat(perSecond, 'f', 1, 64) + "/s"
	}
	return thousands(int(perSecond+0.5)) + "/s"
}

// percent writes a share: 99.98 %, 42 %.
func percent(share float64) string {
	digits := 0
	if share > 0.99 && share < 1 {
		digits = 2
	}
	return strconv.FormatFloat(share*100, 'f', digits, 64) + " %"
}

func capital(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}
