import type { Endpoint } from '../../endpoint.ts'
import { deactivate } from './deactivate.ts'
import { changePassword } from './password.ts'
import { listThirdPartyIds } from './third-party-ids.ts'

export const accountEndpoints: readonly Endpoint[] = [changePassword, deactivate, listThirdPartyIds]
