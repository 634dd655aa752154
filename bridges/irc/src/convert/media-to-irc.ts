import type { MediaReference } from '@pons/core'

/** `photo.jpg (image, 1.2 MB): https://…`, as IRC has no uploads. */
export function describeMedia(
  media: MediaReference,
  link: (mxcUri: string, fileName?: string) => string | undefined,
): string {
  const facts = [
    media.isVoice ? 'voice message' : media.kind,
    ...sizeWords(media.sizeBytes),
    ...durationWords(media.durationMs),
  ]
  const head = `${media.fileName} (${facts.join(', ')})`
  const url = 'mxc' in media.source ? link(media.source.mxc, media.fileName) : undefined
  return url === undefined ? `${head}: only visible on Matrix` : `${head}: ${url}`
}

function sizeWords(bytes: number | undefined): string[] {
  if (bytes === undefined) return []
  if (bytes < 1000) return [`${bytes} B`]
  return bytes < 1_000_000 ? [`${Math.round(bytes / 1000)} kB`] : [`${(bytes / 1_000_000).toFixed(1)} MB`]
}

function durationWords(durationMs: number | undefined): string[] {
  if (durationMs === undefined) return []
  const seconds = Math.round(durationMs / 1000)
  return [`${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`]
}
