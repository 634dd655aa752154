import type { TelegramConfig } from './config.ts'

/** Under which number a program is known to Telegram. */
export interface Application {
  readonly apiId: number
  readonly apiHash: string
}

/** undefined where the settings name none. */
export function applicationIn({ api_id: apiId, api_hash: apiHash }: TelegramConfig): Application | undefined {
  return apiId === undefined || apiHash === undefined ? undefined : { apiId, apiHash }
}
