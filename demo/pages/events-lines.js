/** What a line of the record says, and of whom and what: names and messages are texts of any content. */

/** Who and what, as texts. @param nameOf of a participant's id */
export function describe({ type, data }, nameOf) {
  switch (type) {
    case 'participant-joined':
    case 'participant-changed':
      return { who: data.name, said: stateOf(data) };
    case 'participant-left':
      return {
        who: data.name,
        said: [data.reason, data.by && `by ${data.by.name}`, data.text].filter(Boolean).join(', '),
      };
    case 'connection-created':
    case 'connection-destroyed':
      return { who: data.name, said: '' };
    case 'stream-created':
    case 'stream-destroyed':
      return { who: data.participant?.name, said: streamText(data) };
    case 'call-changed':
      return { who: data.name, said: `${data.number}: ${data.status}` };
    case 'message':
      return {
        who: data.from?.name ?? 'the site',
        said: `${data.type} ${data.to ? `to ${data.to.name}` : 'to all'}: ${contentOf(data)}`,
      };
    case 'action':
      return { who: data.by?.name ?? 'the site', said: actionText(data, nameOf) };
    case 'waiting-changed':
      return { who: '', said: data.map(({ name }) => name).join(', ') || 'nobody waits' };
    case 'room-ended':
      return { who: '', said: data.reason };
    case 'room-opened':
    case 'room-changed':
      return { who: '', said: roomText(data) };
    default:
      return { who: '', said: '' };
  }
}

/** The participant a line is about, if any: `{id, name, isPhone}`. */
export function personOf({ type, data }) {
  if (type === 'participant-joined' || type === 'participant-changed' || type === 'connection-created') return data;
  if (type === 'message') return data.from ?? undefined;
  if (type === 'call-changed' && data.status === 'answered')
    return { id: data.participantId, name: data.name, isPhone: true };
  return undefined;
}

/** Ids of what is there no more from this line on. */
export function endedBy({ type, data }) {
  switch (type) {
    case 'participant-left':
    case 'stream-destroyed':
      return [data.id];
    case 'participant-changed':
      return data.replaces === undefined ? [] : [data.replaces];
    case 'call-changed':
      return isUnderWay(data) ? [] : [data.id];
    // Only the newest one of these tells who waits.
    case 'waiting-changed':
      return ['waiting'];
    default:
      return [];
  }
}

export function isUnderWay({ status }) {
  return ['dialing', 'ringing', 'answered'].includes(status);
}

function actionText({ action, participantId, detail }, nameOf) {
  const done = participantId === undefined ? action : `${action} ${nameOf(participantId) ?? participantId}`;
  return detail === undefined ? done : `${done}: ${detail}`;
}

function stateOf({ role, presence, microphone, camera, network, handRaisedAt, isDeaf }) {
  return [
    role,
    presence,
    microphone && `microphone ${microphone}`,
    camera && `camera ${camera}`,
    network && `network ${network}`,
    handRaisedAt && 'hand raised',
    isDeaf && 'deaf',
  ]
    .filter(Boolean)
    .join(', ');
}

function streamText({ videoType, name, layoutClasses }) {
  const classes = layoutClasses.length > 0 && `classes ${layoutClasses.join(' ')}`;
  return [videoType, name, classes].filter(Boolean).join(', ');
}

function roomText({ isLocked, hasWaitingRoom, isMuted, layout, isAudioOnly }) {
  return [
    isLocked && 'locked',
    hasWaitingRoom && 'waiting room',
    isMuted && 'everybody muted',
    isAudioOnly && 'audio only',
    layout,
  ]
    .filter(Boolean)
    .join(', ');
}

function contentOf({ data }) {
  return data?.text ?? data?.emoji ?? JSON.stringify(data);
}
