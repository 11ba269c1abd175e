/**
 * What npm runs after an installation: builds, so that `npx replibot` works. An installation for production
 * (`npm ci --omit=dev`) brings no compiler and was built elsewhere.
 */

import { execSync } from 'node:child_process';
import { existsSync } from 'node:fs';

if (existsSync('node_modules/typescript')) execSync('npm run build', { stdio: 'inherit' });
