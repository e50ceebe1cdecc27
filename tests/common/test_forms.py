"""The form templates: labels, help and errors tied to their fields, a summary with links."""

from django import forms


class Sample(forms.Form):
    name = forms.CharField(label="Name", help_text="As printed")
    note = forms.CharField(label="Note", required=False)
    choice = forms.ChoiceField(label="Choice", choices=[("a", "A")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="I agree")


def test_field_is_described_by_help_and_error():
    html = str(Sample({}))

    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html


def test_summary_takes_the_focus_and_leads_to_the_fields():
    html = str(Sample({}))

    assert 'class="error-summary" role="alert" tabindex="-1" autofocus' in html
    assert '<a href="#id_name">Name</a>' in html


def test_fresh_form_has_no_summary():
    assert "error-summary" not in str(Sample())


def test_radio_buttons_stand_in_a_fieldset_with_a_legend():
    html = str(Sample())

    assert "<legend>Choice</legend>" in html
    assert '<label for="id_choice_0">A</label>' in html


def test_what_may_be_left_out_says_so():
    assert str(Sample()).count('class="optional"') == 1
