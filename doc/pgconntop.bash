# SPDX-License-Identifier: PostgreSQL
# Completion for bash, made by pgconntop --generate=completion.
_pgconntop()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local words='' head=''
	[ "$cur" = = ] && cur=''
	[ "$prev" = = ] && prev=${COMP_WORDS[COMP_CWORD - 2]}
	case $prev in
	--via) words='auto client walsender proc' ;;
	--show) words='summary states applications users databases clients sessions queries pools unclaimed scenarios limits idle turnover settings alerts' ;;
	--format) words='text csv json openmetrics' ;;
	--color) words='auto always never' ;;
	--output | --kill-log | --config) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	esac
	if [ -n "$words" ]; then
		[[ $cur != *,* ]] || head=${cur%,*},
		mapfile -t COMPREPLY < <(compgen -P "$head" -W "$words" -- "${cur##*,}")
		return
	fi
	[[ $cur == -* ]] || return
	mapfile -t COMPREPLY < <(compgen -W '--host= --port= --username= --dbname= --no-password --password --connect-timeout= --via= --pgdata= --watch --interval= --count= --show= --format= --output= --filter= --target= --sort= --columns= --limit= --check --warning= --critical= --timeout= --plan --max-connections= --superuser-reserved= --reserved= --color= --ascii --no-mouse --read-only --protect= --kill-log= --dry-run --max-kills= --until= --terminate --cancel --kill-idle --kill-idle-in-transaction --kill-all --yes --when= --profile= --config= --dump-config --help --version' -- "$cur")
	[[ ${COMPREPLY-} != *= ]] || compopt -o nospace
}
complete -o default -F _pgconntop pgconntop
