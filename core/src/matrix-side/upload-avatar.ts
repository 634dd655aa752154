import type { MxcUri } from '@pons/matrix'
import { BridgeError } from '../bridge-error.ts'
import type { RemoteAvatar } from '../network/chat.ts'
import type { NetworkConnector } from '../network/connector.ts'
import type { MatrixApi } from './matrix-api.ts'

/** undefined where the network says for good that there is no such picture; what may pass is thrown. */
export async function uploadAvatar(
  { api, connector }: { readonly api: MatrixApi; readonly connector: NetworkConnector },
  avatar: RemoteAvatar,
): Promise<MxcUri | undefined> {
  try {
    const media = await connector.handlers.media?.(avatar.source)
    return media && (await api.upload(media.bytes, media.mimeType))
  } catch (error) {
    if (error instanceof BridgeError && !error.isRetryable) return undefined
    throw error
  }
}
