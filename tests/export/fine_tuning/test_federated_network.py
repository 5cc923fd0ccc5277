"""Three sites train a small network of Keras together, from the command line to an estimator."""

import numpy as np
import pytest

pytest.importorskip("cryptography")
pytest.importorskip("sklearn", reason="needs the extra study")
pytest.importorskip("tensorflow", reason="needs the extra tensorflow")

import gantei
from gantei.catalogue.entries import find
from gantei.estimator.verification import verify
from gantei.photographs.photograph import open_photograph
from gantei_export.federating.federation_files import read_message
from gantei_export.federating.message_records import RoundMessage
from gantei_export.federating.network_steps import network_state
from gantei_export.federating.network_weights import take_trained, trained_weights
from gantei_export.federating.trusted_parties import parties
from gantei_export.fine_tuning import training_base
from gantei_export.fine_tuning.network_training import open_trainable
from gantei_export.fine_tuning.prepared_photographs import PreparedPhotographs, prepared_pixels
from gantei_export.importing.importer import import_estimator
from gantei_export.verification import against_keras

from ..federated_networks import NetworkFederation
from ..federations import SITES
from .networks import SIDE, small_network

pytestmark = [
    pytest.mark.reference,
    pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file"),
]
FACTS = {"input.crop": "none", "input.scale": "-1..1", "output.positive": "male"}


class KerasFederation(NetworkFederation):
    """Of a network that was saved by Keras and imported."""

    def __init__(self, folder):
        super().__init__(folder, kind="number")
        self.file = folder / "sex.h5"
        small_network().save(self.file)
        import_estimator(
            "small-sex", self.file, task="sex", settings=FACTS, because="made for a test"
        )
        self.base = "small-sex"


class EverySite:
    """The weights that each site came to, and of how many photographs."""

    def __init__(self, monkeypatch):
        from gantei_export.federating import site_training

        self.rows, self.counts = [], []
        known = site_training.network_sums

        def seen(trained, photographs, *others):
            if trained is not None:
                self.rows.append(trained.astype(np.float64))
                self.counts.append(photographs)
            return known(trained, photographs, *others)

        monkeypatch.setattr(site_training, "network_sums", seen)


def answers(network, paths, spec):
    """What a network of Keras says of photographs, in the unit of the target."""
    pixels = np.stack([prepared_pixels(open_photograph(path.read_bytes()), spec) for path in paths])
    count = len(paths)
    photographs = PreparedPhotographs(
        pixels, spec, np.zeros(count), np.arange(count), count, np.zeros(count)
    )
    linear = network.linear(photographs.network_values(pixels))
    return network.scale.numbers(linear[:, 0])


def test_what_is_installed_answers_as_the_average_of_the_sites_networks(
    tmp_path, monkeypatch, own_store
):
    batch = np.random.default_rng(3).uniform(-1, 1, (2, SIDE, SIDE, 3)).astype(np.float32)
    for compared in (training_base, against_keras):
        monkeypatch.setattr(compared, "draw_batch", lambda manifest: batch)
    federation, sites = KerasFederation(tmp_path), EverySite(monkeypatch)
    first = federation.train("--rounds", "1", "--rate", "0.001", "--epochs-per-round", "2")
    for round in (first, first + 1):
        federation.sites(round)
        assert federation.combine(round=round) == (0 if round > first else 1)
    keys = parties([federation.coordinator.public])
    last = read_message(tmp_path / f"round-{first + 2}", RoundMessage, keys)
    state = network_state(last)
    assert (state.step, state.best, len(sites.rows)) == ("finished", 1, len(SITES))
    average = np.average(np.array(sites.rows), axis=0, weights=sites.counts)
    assert np.allclose(state.weights, average, rtol=2**-23, atol=0)

    assert federation.install(first + 2, "three-clinics") == 0
    manifest = find("three-clinics").manifest
    assert (manifest.adapted.method, manifest.adapted.sites) == ("whole-network", 3)
    assert manifest.adapted.photographs == sum(sites.counts)
    assert verify(["three-clinics"], golden=True)[0].problems == ()

    target = last.record.plan.target.learning_target()
    network = open_trainable(federation.file, target, scale=state.scale, size=(SIDE, SIDE))
    before = trained_weights(network)
    network.set_head(state.head(target))
    take_trained(network, average.astype(np.float32))
    assert not np.array_equal(before[:-9], average[:-9].astype(np.float32)), "all layers learn"
    paths = sorted((tmp_path / "site-a/photographs").iterdir())[:4]
    expected = answers(network, paths, manifest.input)
    found = gantei.load("three-clinics", "cpu").predict(paths)
    assert [each.values["cataract"] for each in found] == pytest.approx(expected, abs=1e-3)
