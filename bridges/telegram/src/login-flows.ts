import type { LoginFlow } from '@pons/core'

export const loginFlows: readonly LoginFlow[] = [
  { id: 'phone', name: 'Phone number', description: 'Telegram sends a code to your other devices, or by SMS.' },
  { id: 'qr', name: 'QR code', description: 'Scan a code with Telegram on your phone (Settings, Devices).' },
  { id: 'bot', name: 'Bot', description: 'A bot’s token, from @BotFather.' },
]
