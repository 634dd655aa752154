import { userDeactivated, userLocked, type UserId } from '@pons/matrix'
import type { Services } from '../../../services/open-services.ts'

/** Nobody gets a new session of an account that is closed. @throws MatrixError M_USER_DEACTIVATED, M_USER_LOCKED */
export async function refuseClosed({ accounts }: Pick<Services, 'accounts'>, userId: UserId): Promise<void> {
  const account = await accounts.find(userId)
  if (account?.isDeactivated) throw userDeactivated('This account has been deactivated')
  if (account?.isLocked) throw userLocked('This account is locked', { soft_logout: true })
}
