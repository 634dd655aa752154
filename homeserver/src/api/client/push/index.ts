import type { Endpoint } from '../../endpoint.ts'
import { listNotifications } from './notifications.ts'
import {
  deletePushRule,
  getGlobalPushRules,
  getPushRule,
  getPushRuleActions,
  getPushRuleEnabled,
  getPushRules,
  setPushRule,
  setPushRuleActions,
  setPushRuleEnabled,
} from './push-rules.ts'
import { listPushers, setPusher } from './pushers.ts'

export const pushEndpoints: readonly Endpoint[] = [
  getPushRules,
  getGlobalPushRules,
  getPushRule,
  setPushRule,
  deletePushRule,
  getPushRuleEnabled,
  setPushRuleEnabled,
  getPushRuleActions,
  setPushRuleActions,
  listPushers,
  setPusher,
  listNotifications,
]
