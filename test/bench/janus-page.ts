/** Runs in a page: sends a camera and a microphone to a Janus videoroom, and shows everybody else there. */

interface JanusMessage {
  readonly janus: string;
  readonly transaction?: string;
  readonly sender?: number;
  readonly data?: { readonly id: number };
  readonly plugindata?: { readonly data: { readonly publishers?: readonly { readonly id: number }[] } };
  readonly jsep?: RTCSessionDescriptionInit;
}

export async function joinVideoroom({ url, room }: { url: string; room: number }): Promise<void> {
  const waiting = new Map<string, (message: JanusMessage) => void>();
  const socket = new WebSocket(url, 'janus-protocol');
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as JanusMessage;
    // The answer proper follows an acknowledgement.
    if (message.janus === 'ack') return;
    const answered = waiting.get(message.transaction ?? '');
    waiting.delete(message.transaction ?? '');
    if (answered) answered(message);
    else subscribeAll(message);
  });
  await new Promise((resolve) => socket.addEventListener('open', resolve));

  const ask = (request: object): Promise<JanusMessage> => {
    const transaction = crypto.randomUUID();
    socket.send(JSON.stringify({ ...request, transaction }));
    return new Promise((resolve) => waiting.set(transaction, resolve));
  };
  const create = async (request: object): Promise<number> => {
    const { data } = await ask(request);
    if (!data) throw new Error('Janus refuses.');
    return data.id;
  };
  const session_id = await create({ janus: 'create' });
  const attach = (): Promise<number> => create({ janus: 'attach', plugin: 'janus.plugin.videoroom', session_id });
  const send = (handle_id: number, body: object, jsep?: RTCSessionDescription | null): Promise<JanusMessage> =>
    ask({ janus: 'message', session_id, handle_id, body, jsep });

  const gathered = (connection: RTCPeerConnection): Promise<unknown> =>
    new Promise((resolve) => {
      connection.addEventListener('icegatheringstatechange', () => {
        if (connection.iceGatheringState === 'complete') resolve(undefined);
      });
    });

  const show = (stream: MediaStream): void => {
    const video = document.createElement('video');
    video.autoplay = true;
    video.srcObject = stream;
    document.body.append(video);
  };

  const subscribe = async (feed: number): Promise<void> => {
    const handle = await attach();
    const { jsep } = await send(handle, { request: 'join', ptype: 'subscriber', room, streams: [{ feed }] });
    if (!jsep) throw new Error(`Janus offers nothing of ${feed}.`);
    const connection = new RTCPeerConnection();
    connection.addEventListener('track', ({ track, streams: [stream] }) => {
      if (track.kind === 'video' && stream) show(stream);
    });
    await connection.setRemoteDescription(jsep);
    const complete = gathered(connection);
    await connection.setLocalDescription();
    await complete;
    await send(handle, { request: 'start' }, connection.localDescription);
  };
  const subscribeAll = (message: JanusMessage): void => {
    for (const { id } of message.plugindata?.data.publishers ?? []) void subscribe(id);
  };

  const handle = await attach();
  subscribeAll(await send(handle, { request: 'join', ptype: 'publisher', room }));
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
  const connection = new RTCPeerConnection();
  for (const track of stream.getTracks()) connection.addTrack(track, stream);
  const complete = gathered(connection);
  await connection.setLocalDescription();
  await complete;
  const { jsep } = await send(handle, { request: 'publish' }, connection.localDescription);
  if (!jsep) throw new Error('Janus does not take the media.');
  await connection.setRemoteDescription(jsep);
}
