import type { RequestInfo } from '@pons/http'
import { forbidden, MatrixError } from '@pons/matrix'
import type { Services } from '../../services/open-services.ts'
import type { SignedParts } from '../../users/registration-nonces.ts'

/** What comes from who knows the shared secret. @throws MatrixError M_UNKNOWN, M_FORBIDDEN, M_LIMIT_EXCEEDED */
export async function checkSigned(services: Services, request: RequestInfo, parts: SignedParts): Promise<void> {
  const result = services.registrationNonces.check(requireSecret(services), parts)
  await services.guesses.attempt({ ip: request.ip }, async () => result === 'ok')
  if (result === 'unknown nonce') throw new MatrixError('M_UNKNOWN', 'Unrecognised nonce', { status: 400 })
  if (result === 'wrong mac') throw forbidden('HMAC incorrect')
}

/** @throws MatrixError M_UNKNOWN */
export function requireSecret({ config }: Services): string {
  const { shared_secret: secret } = config.registration
  if (secret === undefined) {
    throw new MatrixError('M_UNKNOWN', 'Shared secret registration is not enabled', { status: 400 })
  }
  return secret
}
