import type { Endpoint } from '../../endpoint.ts'
import { getPresence, setPresence } from './presence.ts'
import { sendReceipt, setReadMarkers } from './receipts.ts'
import { setTyping } from './typing.ts'

export const ephemeralEndpoints: readonly Endpoint[] = [
  setTyping,
  sendReceipt,
  setReadMarkers,
  getPresence,
  setPresence,
]
