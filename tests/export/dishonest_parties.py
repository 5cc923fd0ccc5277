"""What a dishonest party of a federation could send, and what a refusal has to say."""

import shutil

from gantei_export.federating.federation_files import (
    SigningKey,
    read_message,
    write_message,
)
from gantei_export.federating.message_arrays import describe_arrays
from gantei_export.federating.message_records import RoundMessage, SiteAnswer
from gantei_export.federating.trusted_parties import parties


def refused(capsys, code, *words):
    """See that a command wrote nothing and said why."""
    said = capsys.readouterr()
    assert code == 2
    for word in words:
        assert word in said.err
    return said.err


def signed_again(folder, change, publisher, kind=SiteAnswer):
    """Change what a message says, and sign it with the same key, as a dishonest sender could."""
    message = read_message(folder, kind, parties([publisher.public]))
    arrays = dict(message.arrays)
    record = change(message.record, arrays) or message.record
    kept = folder.with_name("kept")
    shutil.move(folder, kept)
    carried = {
        f"{each.parent.name}/{each.name}": each
        for each in [*kept.glob("joins/*"), *kept.glob("answers/*")]
    }
    record = record.model_copy(update={"arrays": describe_arrays(arrays)})
    write_message(folder, record, arrays, SigningKey(publisher.key), carried)
    shutil.rmtree(kept)


def round_signed_again(federation, round, **arrays):
    """Let the coordinator ask something else than what follows."""
    signed_again(
        federation.folder / f"round-{round}",
        lambda record, known: known.update(arrays),
        federation.coordinator,
        RoundMessage,
    )
