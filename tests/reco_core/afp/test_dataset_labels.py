"""Labels of events from a CSV file; every error names the line."""

from __future__ import annotations

import pytest

from reco_core.afp.dataset_labels import read_labels
from reco_core.errors import FileFormatError

HEAD = "event_id,event_class\n"


def labels(tmp_path, text):
    path = tmp_path / "labels.csv"
    path.write_text(text)
    return read_labels(path, 100)


def test_labels_come_by_event(tmp_path):
    ids, names = labels(tmp_path, HEAD + "7,shower\n3, edge\n7,shower\n")
    assert ids.tolist() == [3, 7]
    assert names.tolist() == ["edge", "shower"]


def test_other_columns_and_a_byte_order_mark_do_no_harm(tmp_path):
    ids, _ = labels(tmp_path, "\ufeffevent_class,who,event_id\nshower,me,1\n")
    assert ids.tolist() == [1]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + "1,edge\n2,muon\n", "labels.csv, line 3: unknown event_class 'muon'; expected one "
         "of single_proton"),
        (HEAD + "100,edge\n", "line 2: no event 100; the data set has events 0 to 99"),
        (HEAD + "-1,edge\n", "line 2: no event -1"),
        (HEAD + "1.5,edge\n", r"line 2: event_id is '1.5'; expected a whole number"),
        (HEAD + "1,edge\n1,shower\n", "line 3: event 1 is 'shower' here and 'edge' above"),
        (HEAD + "1\n", "line 2: unknown event_class ''"),
        ("id,event_class\n1,edge\n", "has no column 'event_id'"),
        ("", "has no column 'event_id'"),
        (HEAD + "9" * 4000 + ",edge\n", r"line 2: no event 9{40}; the data"),
        (HEAD + "1," + "x" * 4000 + "\n", r"line 2: unknown event_class 'x{80}'; expected"),
    ],
)  # fmt: skip
def test_wrong_labels_are_told_with_their_line(tmp_path, text, told):
    with pytest.raises(FileFormatError, match=told):
        labels(tmp_path, text)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(FileFormatError, match="cannot be read: there is no such file"):
        read_labels(tmp_path / "none.csv", 1)
