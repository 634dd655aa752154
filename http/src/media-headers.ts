/** Types that a browser may show in place; anything else is a download. */
const inlineTypes = new Set([
  'text/css',
  'text/plain',
  'text/csv',
  'application/json',
  'application/ld+json',
  'image/jpeg',
  'image/gif',
  'image/png',
  'image/apng',
  'image/webp',
  'image/avif',
  'video/mp4',
  'video/webm',
  'video/ogg',
  'video/quicktime',
  'audio/mp4',
  'audio/webm',
  'audio/aac',
  'audio/mpeg',
  'audio/ogg',
  'audio/wave',
  'audio/wav',
  'audio/x-wav',
  'audio/x-pn-wav',
  'audio/flac',
  'audio/x-flac',
])

export interface ServedMedia {
  /** As whoever uploaded it says. */
  readonly contentType: string
  /** undefined where it is not known before the end. */
  readonly sizeBytes?: number | undefined
  readonly fileName?: string | undefined
}

/** What an upload contains was chosen by a stranger: it is never let run in the origin of the server. */
export function mediaHeaders({ contentType, sizeBytes, fileName }: ServedMedia): Record<string, string> {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? ''
  const isInline = inlineTypes.has(type)
  const name =
    fileName === undefined ? '' : `; filename*=utf-8''${encodeURIComponent(fileName).replace(/['()*]/g, percent)}`
  return {
    'content-type': isPrintable(contentType) ? contentType : 'application/octet-stream',
    ...(sizeBytes !== undefined && { 'content-length': String(sizeBytes) }),
    'content-disposition': (isInline ? 'inline' : 'attachment') + name,
    'content-security-policy':
      "sandbox; default-src 'none'; script-src 'none'; plugin-types application/pdf; style-src 'unsafe-inline'; media-src 'self'; object-src 'self';",
    'cross-origin-resource-policy': 'cross-origin',
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, max-age=31536000, immutable',
  }
}

function percent(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16).toUpperCase()}`
}

function isPrintable(text: string): boolean {
  return /^[\x20-\x7e]+$/.test(text)
}
