"""A copy of our switch's configuration with mod_callcenter in it: the yardstick, on the same switch."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.support.freeswitch import CONFIGURATION

QUEUE, AGENT, NUMBER = "bench@default", "10001@default", "callcenter"

_CALLCENTER = """<include>
  <configuration name="callcenter.conf" description="one queue, one agent">
    <settings/>
    <queues>
      <queue name="{queue}">
        <param name="strategy" value="longest-idle-agent"/>
        <param name="moh-sound" value="tone_stream://%(1000,0,300);loops=-1"/>
        <param name="time-base-score" value="queue"/>
        <param name="max-wait-time" value="0"/>
        <param name="max-wait-time-with-no-agent" value="0"/>
        <param name="tier-rules-apply" value="false"/>
        <param name="discard-abandoned-after" value="60"/>
        <param name="abandoned-resume-allowed" value="false"/>
      </queue>
    </queues>
    <agents>
      <agent name="{agent}" type="callback" contact="sofia/internal/sip:cc@127.0.0.1:{port}" status="On Break"
        max-no-answer="3" wrap-up-time="0" reject-delay-time="0" busy-delay-time="0" no-answer-delay-time="0"/>
    </agents>
    <tiers>
      <tier agent="{agent}" queue="{queue}" level="1" position="1"/>
    </tiers>
  </configuration>
</include>
"""
_EXTENSION = """
    <extension name="mod_callcenter">
      <condition field="destination_number" expression="^{number}$">
        <action application="answer"/>
        <action application="callcenter" data="{queue}"/>
      </condition>
    </extension>
"""


def configure(folder: Path, telephone: int) -> Path:
    """Make the configuration in `folder`. `telephone`: the port of the agent's telephone."""
    made = Path(shutil.copytree(CONFIGURATION, folder / "conf"))
    text = _CALLCENTER.format(queue=QUEUE, agent=AGENT, port=telephone)
    (made / "autoload_configs" / "callcenter.conf.xml").write_text(text)
    sofia, trunk = '<load module="mod_sofia"/>', '<context name="trunk">'
    extension = _EXTENSION.format(number=NUMBER, queue=QUEUE)
    _insert(
        made / "autoload_configs" / "modules.conf.xml",
        sofia,
        f'<load module="mod_callcenter"/>\n      {sofia}',
    )
    _insert(made / "dialplan" / "entrances.xml", trunk, trunk + extension)
    return made


def _insert(path: Path, mark: str, instead: str) -> None:
    text = path.read_text()
    assert text.count(mark) == 1, f"{path.name}: {mark}"
    path.write_text(text.replace(mark, instead))
