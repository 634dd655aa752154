import { BridgeError } from '../../bridge-error.ts'
import type { Block, MediaReference, MessageDocument } from '../../document/document.ts'
import type { MatrixApi } from '../../matrix-side/matrix-api.ts'
import { isRefusal, isTooLarge } from '../../matrix-side/refusal.ts'
import type { NetworkConnector } from '../../network/connector.ts'
import { shownName } from '../../text/shown-name.ts'

export interface MediaParts {
  readonly connector: NetworkConnector
  readonly api: MatrixApi
}

/** Media of a slow network may take long; a fetch that never ends must not hold up its chat for ever. */
const fetchTimeoutMs = 300_000

/**
 * Media of the network is copied to the homeserver; what is there already stays. Where it is gone for good or too large, the
 * words around it still arrive, with a line in its place that says so.
 */
export async function withUploadedMedia(parts: MediaParts, document: MessageDocument): Promise<MessageDocument> {
  const { media: given } = document
  if (given === undefined || 'mxc' in given.source) return document
  const media = { ...given, fileName: shownName(given.fileName) || given.kind }
  try {
    return { ...document, media: await upload(parts, media, given.source.remote) }
  } catch (error) {
    const words = reasonForGood(error)
    if (words === undefined) throw error
    const { media: _gone, ...rest } = document
    return { ...rest, blocks: [placeholder(media, words), ...document.blocks] }
  }
}

async function upload(
  { connector, api }: MediaParts,
  media: MediaReference,
  source: Parameters<NonNullable<NetworkConnector['handlers']['media']>>[0],
): Promise<MediaReference> {
  const { media: fetchMedia } = connector.handlers
  if (fetchMedia === undefined) throw new BridgeError('this network has no way to fetch media')
  const { bytes, mimeType } = await withDeadline(fetchMedia(source))
  const mxc = await api.upload(bytes, media.mimeType ?? mimeType, media.fileName)
  return { ...media, mimeType: media.mimeType ?? mimeType, sizeBytes: bytes.length, source: { mxc } }
}

/** Words for the person where trying again cannot help; undefined where it may. */
function reasonForGood(error: unknown): string | undefined {
  if (error instanceof BridgeError) return error.isRetryable ? undefined : error.message
  if (isTooLarge(error)) return 'it is larger than this homeserver takes'
  return isRefusal(error) ? `this homeserver does not take it (${error.message})` : undefined
}

function placeholder({ kind, fileName, sizeBytes }: MediaReference, words: string): Block {
  const size = sizeBytes === undefined ? '' : `, ${sizeBytes} bytes`
  return { type: 'paragraph', children: [{ type: 'text', text: `[${kind} ${fileName}${size}: ${words}]` }] }
}

async function withDeadline<T>(work: Promise<T>): Promise<T> {
  const deadline = AbortSignal.timeout(fetchTimeoutMs)
  return await Promise.race([
    work,
    new Promise<never>((_resolve, reject) => {
      deadline.addEventListener('abort', () =>
        reject(new BridgeError('the network did not deliver the medium in time', { isRetryable: true })),
      )
    }),
  ])
}
