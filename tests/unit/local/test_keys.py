"""The made-up credentials of a run."""

from __future__ import annotations

from lattice_events.local.run.keys import Keys
from lattice_events.network.model import Principal
from lattice_events.network.policy import Caller
from lattice_events.sigv4 import Credentials

APP, OTHER = (Principal(name=name, caller=Caller(arn=f"arn:{name}")) for name in ("app", "other"))


def test_each_principal_has_credentials_of_its_own_in_each_run() -> None:
    first, second = Keys([APP, OTHER]), Keys([APP, OTHER])

    made = [keys.of(name) for keys in (first, second) for name in ("app", "other")]

    assert all(made)
    assert all(each.access_key_id.isalnum() for each in made if each)  # DynamoDB local takes no others
    assert len({each.secret_access_key for each in made if each}) == 4
    assert first.of("nobody") is None


def test_the_gateway_knows_whose_a_key_is() -> None:
    keys = Keys([APP])
    made = keys.of("app")
    assert made

    assert keys.keyring[made.access_key_id].principal == APP
    assert keys.keyring[made.access_key_id].credentials == made


def test_real_credentials_are_shared() -> None:
    keys = Keys([APP])
    keys.share(Credentials(access_key_id="AKIDREAL", secret_access_key="s"))

    assert keys.keyring["AKIDREAL"].principal is None
