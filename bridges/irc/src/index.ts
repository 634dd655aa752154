export { IrcConfig, NetworkConfig } from './config.ts'
export { createIrcConnector, type IrcDependencies } from './connector.ts'
export { readIrcConfig } from './read-config.ts'
