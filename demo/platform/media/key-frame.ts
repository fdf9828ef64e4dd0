/** Telling key frames from others by the first bytes of a video payload. */

/** Whether this payload starts a VP8 key frame (RFC 7741 section 4.2 and 4.3). */
export function startsVp8KeyFrame(payload: Buffer): boolean {
  const descriptor = payload[0];
  if (descriptor === undefined) return false;
  const startsFirstPartition = (descriptor & 0x10) !== 0 && (descriptor & 0x07) === 0;
  if (!startsFirstPartition) return false;
  const header = payload[vp8DescriptorLength(payload, descriptor)];
  return header !== undefined && (header & 0x01) === 0;
}

function vp8DescriptorLength(payload: Buffer, descriptor: number): number {
  if (!(descriptor & 0x80)) return 1;
  const extensions = payload[1] ?? 0;
  let length = 2;
  if (extensions & 0x80) length += (payload[length] ?? 0) & 0x80 ? 2 : 1; // PictureID
  if (extensions & 0x40) length += 1; // TL0PICIDX
  if (extensions & 0x30) length += 1; // TID and KEYIDX
  return length;
}

const H264_IDR_SLICE = 5;
const H264_SEQUENCE_PARAMETERS = 7;
const H264_AGGREGATION_PACKET = 24;
const H264_FRAGMENTATION_UNIT = 28;

/** Whether this payload starts an H264 key frame (RFC 6184 section 5): parameter sets or an IDR slice. */
export function startsH264KeyFrame(payload: Buffer): boolean {
  const first = payload[0];
  if (first === undefined) return false;
  const type = first & 0x1f;
  if (type === H264_AGGREGATION_PACKET) return startsKeyFrame((payload[3] ?? 0) & 0x1f);
  if (type === H264_FRAGMENTATION_UNIT) {
    const header = payload[1] ?? 0;
    return (header & 0x80) !== 0 && startsKeyFrame(header & 0x1f);
  }
  return startsKeyFrame(type);
}

function startsKeyFrame(unitType: number): boolean {
  return unitType === H264_IDR_SLICE || unitType === H264_SEQUENCE_PARAMETERS;
}
