"""What a page would be heard to play: every tone that is asked for is written down, in hertz."""

YES, NO = [660, 990], [330, 220]

LISTEN = """() => {
  window.heard = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...given) {
    window.heard.push(this.frequency.value);
    return start.apply(this, given);
  };
}"""
