import type { LoginFlow } from '@pons/core'

export const loginFlows: readonly LoginFlow[] = [
  {
    id: 'qr',
    name: 'QR code',
    description: 'Scan a code with WhatsApp on your phone (Settings, Linked devices, Link a device).',
  },
  { id: 'code', name: 'Pairing code', description: 'Type a code of eight characters into WhatsApp on your phone.' },
]
