// The link's binary frames: a JSON header, then raw bytes for the one message that carries them.

import { OrchError } from '../lib/errors.ts';
import type { NodeMessage, ServerMessage } from './messages.ts';

/** Largest frame either end accepts. */
export const maxFrameBytes = 64 * 1024 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * One message as one frame: header length (4 bytes, big endian), header (JSON, UTF-8), then the bytes of a `data`
 * message. The result is a fresh array the caller owns.
 */
export function encodeMessage(message: NodeMessage | ServerMessage): Uint8Array {
  const bytes = message.type === 'data' ? message.bytes : undefined;
  const header = encoder.encode(JSON.stringify(bytes === undefined ? message : { ...message, bytes: undefined }));
  const frame = new Uint8Array(4 + header.length + (bytes?.length ?? 0));
  new DataView(frame.buffer).setUint32(0, header.length);
  frame.set(header, 4);
  if (bytes !== undefined) frame.set(bytes, 4 + header.length);
  return frame;
}

/**
 * The message of a frame. `data` bytes are a view into `frame`.
 * @throws OrchError `link-frame` when the frame is cut short, too large or no message.
 */
export function decodeMessage<Message extends NodeMessage | ServerMessage>(frame: Uint8Array): Message {
  if (frame.length > maxFrameBytes) throw badFrame(`${frame.length} bytes, at most ${maxFrameBytes} are taken`);
  if (frame.length < 4) throw badFrame('shorter than its length field');
  const headerLength = new DataView(frame.buffer, frame.byteOffset, frame.byteLength).getUint32(0);
  if (headerLength > frame.length - 4) throw badFrame('shorter than its header');
  const header = parseHeader(frame.subarray(4, 4 + headerLength));
  const rest = frame.subarray(4 + headerLength);
  if (header['type'] === 'data') return { ...header, bytes: rest } as unknown as Message;
  if (rest.length > 0) throw badFrame(`bytes behind a ${String(header['type'])} message`);
  return header as unknown as Message;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw badFrame('its header is not JSON', cause);
  }
  if (typeof header !== 'object' || header === null || typeof (header as { type?: unknown }).type !== 'string') {
    throw badFrame('its header has no type');
  }
  return header as Record<string, unknown>;
}

function badFrame(what: string, cause?: unknown): OrchError {
  return new OrchError('link-frame', `malformed link frame: ${what}`, {
    hint: 'both ends of the link must be orch agents of compatible versions',
    cause,
  });
}
