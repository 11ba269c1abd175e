/** A command of the command line: what it prints goes to `print`, and what it resolves with is the process's exit code. */

import type { Config } from '../../core/config/config.ts';

/** One line, without its end; resolves when there is room for more. */
export type Print = (line: string) => Promise<void>;

export type Task<Options = void> = (config: Config, print: Print, options: Options) => Promise<number>;
