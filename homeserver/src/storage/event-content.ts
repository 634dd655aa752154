import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { JsonObject } from '@pons/matrix'

export interface StoredContent {
  readonly content: JsonObject
  /** Top-level keys that have no column: `redacts` of old room versions, what a remote server added. */
  readonly extra?: JsonObject
}

const DEFLATED = 1
const WITH_EXTRA = 2
const DEFLATED_WITH_EXTRA = 3
const MIN_DEFLATE_BYTES = 512

// Deflate finds repeats of these texts from the first byte on. Never change it: stored rows need it to be read.
const DICTIONARY = Buffer.from(
  '{"m.relates_to":{"event_id":"$","key":"👍","rel_type":"m.annotation"}}' +
    '"external_url":"https://","info":{"duration":,"h":,"mimetype":"video/mp4","size":,"thumbnail_info":{"h":,"mimetype":"image/jpeg","size":,"w":},"thumbnail_url":"mxc://","w":},"msgtype":"m.video","url":"mxc://' +
    '"algorithm":"m.megolm.v1.aes-sha2","ciphertext":"AwgA","device_id":"","sender_key":"","session_id":"' +
    '"ban":50,"events":{"m.room.avatar":50,"m.room.canonical_alias":50,"m.room.encryption":100,"m.room.history_visibility":100,"m.room.name":50,"m.room.power_levels":100,"m.room.server_acl":100,"m.room.tombstone":100},"events_default":0,"historical":100,"invite":0,"kick":50,"redact":50,"state_default":50,"users":{"@' +
    '"membership":"join","displayname":"","avatar_url":"mxc://' +
    '"m.mentions":{"user_ids":["@"]},"m.new_content":{"body":"","format":"org.matrix.custom.html","formatted_body":"","msgtype":"m.text"},"m.relates_to":{"event_id":"$","rel_type":"m.replace"}' +
    '"m.relates_to":{"event_id":"$","is_falling_back":true,"m.in_reply_to":{"event_id":"$"},"rel_type":"m.thread"}' +
    '<mx-reply><blockquote><a href=\\"https://matrix.to/#/!">In reply to</a> <a href=\\"https://matrix.to/#/@"></a><br></blockquote></mx-reply>' +
    '<p><strong></strong></p><pre><code class=\\"language-\\"></code></pre><ul>\\n<li></li>\\n</ul>' +
    '"info":{"h":,"mimetype":"image/jpeg","size":,"w":,"xyz.amorgan.blurhash":""},"msgtype":"m.image","url":"mxc://' +
    '{"body":"","format":"org.matrix.custom.html","formatted_body":"","m.mentions":{},"msgtype":"m.text"}',
)

/** JSON, deflated where that pays. The first byte tells the form: plain content starts with its own `{`. */
export function encodeContent({ content, extra }: StoredContent): Uint8Array {
  const hasExtra = extra !== undefined && Object.keys(extra).length > 0
  const json = Buffer.from(JSON.stringify(hasExtra ? { content, extra } : content))
  if (json.length >= MIN_DEFLATE_BYTES) {
    const deflated = deflateRawSync(json, { dictionary: DICTIONARY, level: 3 })
    if (deflated.length < json.length * 0.9) return tagged(hasExtra ? DEFLATED_WITH_EXTRA : DEFLATED, deflated)
  }
  return hasExtra ? tagged(WITH_EXTRA, json) : json
}

export function decodeContent(bytes: Uint8Array): StoredContent & { readonly bytes: number } {
  const tag = bytes[0]
  if (tag !== DEFLATED && tag !== WITH_EXTRA && tag !== DEFLATED_WITH_EXTRA) {
    return { content: JSON.parse(textOf(bytes)) as JsonObject, bytes: bytes.length }
  }
  const rest = bytes.subarray(1)
  const json = tag === WITH_EXTRA ? rest : inflateRawSync(rest, { dictionary: DICTIONARY })
  const value = JSON.parse(textOf(json)) as JsonObject
  const stored = tag === DEFLATED ? { content: value } : (value as unknown as StoredContent)
  return { ...stored, bytes: json.length }
}

function tagged(tag: number, bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + 1)
  out[0] = tag
  out.set(bytes, 1)
  return out
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}
