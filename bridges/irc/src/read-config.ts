import { Value } from 'typebox/value'
import { IrcConfig } from './config.ts'

/** Fills in what a configuration leaves out. @throws when it holds something that is no configuration */
export function readIrcConfig(value: unknown = {}): IrcConfig {
  return Value.Parse(IrcConfig, Value.Default(IrcConfig, Value.Clone(value)))
}
