import type { JsonObject, UserId } from '@pons/matrix'
import type { SessionTokens } from '../../../devices/sessions.ts'
import type { Services } from '../../../services/open-services.ts'

/** What clients get at a log-in. */
export function sessionBody(
  { serverName, config }: Pick<Services, 'serverName' | 'config'>,
  userId: UserId,
  tokens: SessionTokens,
): JsonObject {
  const { public_base_url: baseUrl } = config
  return {
    user_id: userId,
    device_id: tokens.deviceId,
    home_server: serverName,
    ...tokenBody(tokens),
    ...(baseUrl !== undefined && { well_known: { 'm.homeserver': { base_url: baseUrl } } }),
  }
}

export function tokenBody({ accessToken, refreshToken, expiresInMs }: SessionTokens): JsonObject {
  return {
    access_token: accessToken,
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    ...(expiresInMs !== undefined && { expires_in_ms: expiresInMs }),
  }
}
