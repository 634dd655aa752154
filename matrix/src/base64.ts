const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const urlSafe = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

// Both alphabets are read: peers mix them up.
const values = new Int8Array(128).fill(-1)
for (let i = 0; i < 64; i++) {
  values[standard.charCodeAt(i)] = i
  values[urlSafe.charCodeAt(i)] = i
}

/** Unpadded standard base64, as signatures and hashes are written. */
export function encodeBase64(bytes: Uint8Array): string {
  return encode(bytes)
}

/** Unpadded url-safe base64, as event ids since room version 4. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encode(bytes).replaceAll('+', '-').replaceAll('/', '_')
}

/** Reads either alphabet, with or without padding; undefined when the text is not base64. */
export function decodeBase64(text: string): Uint8Array | undefined {
  let end = text.length
  while (end > 0 && text.length - end < 2 && text.charCodeAt(end - 1) === 0x3d) end--
  if (end % 4 === 1 || (end < text.length && text.length % 4 !== 0)) return undefined
  const bytes = new Uint8Array(Math.floor((end * 3) / 4))
  let bits = 0
  let held = 0
  let out = 0
  for (let i = 0; i < end; i++) {
    const value = values[text.charCodeAt(i)] ?? -1
    if (value === -1) return undefined
    bits = ((bits << 6) | value) & 0xffff
    held += 6
    if (held < 8) continue
    held -= 8
    bytes[out++] = (bits >> held) & 0xff
  }
  return bytes
}

/** So many at once become the text that `btoa` takes: a multiple of three, far below the arguments that a call may have. */
const piece = 3072

function encode(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += piece) {
    // The platform's own encoder makes one flat text; put together letter by letter it costs four pieces for three bytes.
    const units = bytes.length <= piece ? bytes : bytes.subarray(at, at + piece)
    text += btoa(String.fromCharCode.apply(null, units as unknown as number[]))
  }
  const padding = (3 - (bytes.length % 3)) % 3
  return padding === 0 ? text : text.slice(0, -padding)
}
