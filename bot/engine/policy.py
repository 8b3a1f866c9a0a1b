"""The crisis policy: it speaks first where a message is a crisis, and where nobody could look at it.

Rules cannot do this: one without an intent is ignored, one with an intent is ignored inside a form. Only a prediction
that declares itself independent of the client's words overrules a running form. It fails closed: with the action server
dead, slow or broken no message counts as screened, and the client reads the fixed text with the emergency numbers.
"""

from __future__ import annotations

from typing import Any

from rasa.core.policies.policy import Policy, PolicyPrediction, confidence_scores_for
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.screening import screening_of

SAFETY_TEXT, UNREAD_TEXT, HAND_OFF = "utter_safety", "utter_unread", "action_hand_off"
# The text before the action: an action that fails must not cost the reply.
ON_ALERT = (SAFETY_TEXT, HAND_OFF, ACTION_LISTEN_NAME)
ON_UNREAD = (UNREAD_TEXT, ACTION_LISTEN_NAME)


def next_action(tracker: DialogueStateTracker) -> str | None:
    """The action that crisis handling demands now; None lets the ordinary rules decide."""
    screening = screening_of(tracker)
    if screening is None or screening.level in ("none", "check_in"):
        return None
    path = ON_ALERT if screening.level == "alert" else ON_UNREAD
    return next((action for action in path if action not in screening.done), ACTION_LISTEN_NAME)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=False)
class CrisisPolicy(Policy):
    """Overrules every other policy on an alert and on a message that was not screened, in and out of forms."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Priority 100 decides against the rules' 6 when both are certain."""
        return {"priority": 100}

    def train(self, training_trackers: list[TrackerWithCachedStates], domain: Domain, **kwargs: Any) -> Resource:
        """Learns nothing."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """All or nothing: certainty for the action of `next_action`, or no opinion."""
        action = next_action(tracker)
        if action is None:
            return self._prediction(self._default_predictions(domain))
        return self._prediction(confidence_scores_for(action, 1.0, domain), is_no_user_prediction=True)
