/** Why a link is not opened, for the person who gave it. */

import { UserError } from '../errors.ts';

/** We don't go there, whoever asks. */
export class LinkRefusedError extends UserError {}

/** There is no such file, or not for us. */
export class LinkGoneError extends UserError {}
