import type { MxcUri } from '@pons/matrix'
import { BridgeError } from '../bridge-error.ts'
import type { RemoteAvatar } from '../network/chat.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { MatrixApi } from './matrix-api.ts'
import { isRefusal, isTooLarge } from './refusal.ts'

/** undefined where the network says for good that there is no such picture, or the homeserver that it takes none; what may pass is thrown. */
export async function uploadAvatar(
  { api, connector }: { readonly api: MatrixApi; readonly connector: NetworkConnector },
  avatar: RemoteAvatar,
): Promise<MxcUri | undefined> {
  try {
    const media = await connector.handlers.media?.(avatar.source)
    return media && (await api.upload(media.bytes, media.mimeType))
  } catch (error) {
    const isOver = error instanceof BridgeError ? !error.isRetryable : isTooLarge(error) || isRefusal(error)
    if (isOver) return undefined
    throw error
  }
}
