"""Sentences of the portal and of the shared formats, which are English there, for `words.retold` to say in Korean.

The names of the blanks are ours. A test looks for each sentence in the code that says it.
"""

from portal.client.words import _

TEXTS = (
    # declaring
    _("These files are already being sent in parts of {size} bytes."),
    _("Go on with part size {size}."),
    _("{needed} bytes do not fit: {used} of {limit} bytes are used or reserved."),
    _("Let unfinished uploads expire or ask the programme office for more room."),
    _("The store has no room for {needed} bytes."),
    _("Ask the operator; nothing stored is lost."),
    _("parts of {size} bytes are smaller than {least}"),
    _("Choose a part size between {least} and {most} bytes."),
    # parts
    _("Another connection is sending this part."),
    _("Part {number} hashes to {found}, declared was {expected}."),
    _("If the file has changed since it was declared, declare again; otherwise send the part again."),
    _("The connection ended within the part."),
    _("Send it again."),
    _("This upload is {state}."),
    _("Declare the files again."),
    _("The store is full."),
    _("Nothing stored is lost. Try again when the operator has made room."),
    # checks
    _("The file is not accepted: {message}."),
    _("The file does not hash to its declared SHA-256, though every part does."),
    _("The declaration is wrong: compute it again and declare anew."),
    _("{count} parts changed on the disk of the portal."),
    _("Push again; it sends only those."),
    # kinds and names
    _("{suffix} is not accepted: {message}"),
    _("a pickle can run code when it is read"),
    _("NumPy files can hold pickled objects"),
    _("this weight format is not evaluated"),
    _("archives are not unpacked"),
    _("GGUF holds quantised weights, which cannot be compared exactly"),
    _("Upload the files themselves instead of an archive."),
    _("the kind {suffix} is not accepted"),
    _("the content is {kind}, whatever its name says"),
    _("the content is a pickle, which can run code when it is read"),
    _("the content is not a {suffix} file"),
    _("Name the file by its content."),
    _("the content is binary, not text"),
    _("the content is not the archive that its name promises ({kind})"),
    _("Name it by what it is, or pack it again."),
    _("Save it as UTF-8 text."),
    _("the name is longer than {most} bytes"),
    _("this name and {other} are the same"),
    _("Rename one of them."),
    _("the name contains the hidden character U+{code}"),
    _("Rename the file."),
    # signing in
    _("Unknown token. Issue one on your team's page and send it as 'Bearer <token>'."),
    _("This token is {state}. Issue a new one on your team's page."),
    _("Too many sign-ins wait for their codes."),
    _("Try again in a few minutes."),
    _("The sign-in was refused on the portal's page."),
    _("The code has expired."),
    _("Start the sign-in again."),
    _("Whoever approved it does not manage the team any more."),
    _("Your account has no such upload."),
    _("Declare it first."),
)
