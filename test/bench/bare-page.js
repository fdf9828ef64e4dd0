/* global document, fetch */
/** A meeting by hand, in the fewest lines: what `<video-room>` is measured against. */
import BandwidthRtc from '@bandwidth/webrtc-browser';

const answer = await fetch('/rooms/join', { method: 'POST', body: JSON.stringify({ room: 'bench' }) });
const { token, websocketUrl } = await answer.json();
const rtc = new BandwidthRtc();
rtc.onStreamAvailable(({ mediaStream }) => {
  const video = document.createElement('video');
  video.autoplay = true;
  video.srcObject = mediaStream;
  document.body.append(video);
});
await rtc.connect({ deviceToken: token }, { websocketUrl });
await rtc.publish();
