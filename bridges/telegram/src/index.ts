export { TelegramConfig } from './config.ts'
export { createTelegramConnector } from './connector.ts'
