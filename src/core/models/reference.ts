/** Model references: `owner/name`, `owner/name:<64 hex>` and `deployments/owner/name`, taken apart. */

import { UserError } from '../errors.ts';
import type { ModelRef } from './prediction.ts';

export type ParsedReference =
  | { readonly kind: 'model'; readonly owner: string; readonly name: string }
  | { readonly kind: 'version'; readonly owner: string; readonly name: string; readonly version: string }
  | { readonly kind: 'deployment'; readonly owner: string; readonly name: string };

const NAME = '[A-Za-z0-9][A-Za-z0-9_.-]*';
const DEPLOYMENT = new RegExp(`^deployments/(${NAME})/(${NAME})$`);
const MODEL = new RegExp(`^(${NAME})/(${NAME})(?::([0-9a-f]{64}))?$`);

/** Throws a UserError that shows the three forms when the text is none of them. */
export function parseReference(ref: ModelRef): ParsedReference {
  const [, deploymentOwner, deploymentName] = DEPLOYMENT.exec(ref) ?? [];
  if (deploymentOwner && deploymentName) {
    return { kind: 'deployment', owner: deploymentOwner, name: deploymentName };
  }
  const [, owner, name, version] = MODEL.exec(ref) ?? [];
  if (!owner || !name) {
    throw new UserError(
      `“${ref.slice(0, 100)}” is not a model on Replicate. Write owner/name, owner/name:version (64 hexadecimal digits) or deployments/owner/name.`,
    );
  }
  return version ? { kind: 'version', owner, name, version } : { kind: 'model', owner, name };
}
