package reports

import (
	"fmt"
	"strconv"

	"github.com/squall-harness/squall/harness/verify"
)

// doubtFacts resolve what could not be known while the run went on, and say
// what sending again has cost.
func doubtFacts(s Summary) []fact {
	again := "none"
	if r := s.Redelivery; r.Again > 0 {
		again = fmt.Sprintf("%s of %s record writes, %s", thousands(r.Again), thousands(r.Writes), oneDecimal(r.Ratio()))
	}
	return []fact{
		{"Never answered", s.Unknowns.Unanswered.String(), "operations whose outcome the source never learned"},
		{"Replies lost", s.Unknowns.Writes().String(), "writes whose reply the integration did not get"},
		{"Redelivered", again, "had been written before: a cost, no broken promise"},
	}
}

// oneDecimal writes a small share: 0.4 %.
func oneDecimal(share float64) string { return strconv.FormatFloat(share*100, 'f', 1, 64) + " %" }

// truthTable sets what somebody knew against what happened.
type truthTable struct {
	Title, Who string
	Rows       []truthRow
}

// truthRow is one state of knowledge; the words say what each case means.
type truthRow struct {
	Name string
	verify.Truth
	NotMeans, OnceMeans, TwiceMeans string
}

func truthTables(u verify.Unknowns) []truthTable {
	return []truthTable{
		{"Operations of the source", "The source was told", []truthRow{
			{"acknowledged", u.Answered, "missing", "as it should be", "duplicated"},
			{"acknowledged, after an offer without an answer", u.Doubted, "missing", "as it should be", "duplicated"},
			{"refused", u.Refused, "as it should be", "false failure", "duplicated"},
			{"never an answer", u.Unanswered, "no loss: nothing was promised", "recovered", "duplicated"},
		}},
		{"Writes of the integration whose reply it did not get", "The integration", []truthRow{
			{"let it rest", u.SentOnce, "never happened", "happened unseen", "duplicated"},
			{"sent a record of it again", u.SentAgain, "the repetition was needed", "redelivered without harm", "duplicated"},
		}},
	}
}
